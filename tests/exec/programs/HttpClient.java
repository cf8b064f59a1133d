import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Prints the status of a URL: by java.net.http, or by HttpURLConnection if the second argument says so. */
class HttpClient {
  public static void main(String[] arguments) throws Exception {
    URI uri = URI.create(arguments[0]);
    if (arguments.length > 1) {
      System.out.println(((HttpURLConnection) uri.toURL().openConnection()).getResponseCode());
      return;
    }
    HttpRequest request = HttpRequest.newBuilder(uri).build();
    HttpResponse<Void> reply =
        java.net.http.HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
    System.out.println(reply.statusCode());
  }
}
