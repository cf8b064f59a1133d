// Places an order with CNaught's official SDK, unchanged, and prints its state. The SDK is in the first argument.
const { CNaughtApiClient } = await import(process.argv[2]);

const client = new CNaughtApiClient(process.argv[3]);
const order = await client.placeGenericOrder({ amount_kg: 10 });
const found = await client.getOrderDetails(order.id);
console.log(found.id === order.id && found.amount_kg);
