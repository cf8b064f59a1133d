// Lead the connections of a Node process to the vendors' hosts to the emulator. Loaded with NODE_OPTIONS=--require by
// `carbon-emulator exec`. Every TCP connection of Node begins in net.Socket.connect: of http, https, http2, fetch and
// undici. The TLS layer above keeps the host name, and checks the certificate against it.
'use strict';

const net = require('net');

const [securePort, plainPort, mode, hostList] = (process.env.CARBON_EXEC_REDIRECT || '').split(' ');
const hosts = new Set((hostList || '').split(',').filter(Boolean));
const local = /^(localhost|::1|127\.\d+\.\d+\.\d+|::ffff:127\.\d+\.\d+\.\d+)$/;

// The emulator's address in place of a vendor's, or null for another host.
function redirected(host, port) {
  if (typeof host !== 'string' || !hosts.has(host.toLowerCase().replace(/\.$/, ''))) return null;
  return { host: '127.0.0.1', port: Number(port) === 80 ? Number(plainPort) : Number(securePort) };
}

function refused(host) {
  return typeof host === 'string' && mode === 'offline' && !local.test(host);
}

if (hosts.size > 0) {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...args) {
    // Node itself passes [options, callback] as one array, which has a private symbol: keep the array.
    const list = Array.isArray(args[0]) ? args[0] : args;
    const named = list[0] !== null && typeof list[0] === 'object';
    const host = named ? list[0].host : list[1];
    const port = named ? list[0].port : list[0];
    const address = redirected(host, port);
    if (address && named) list[0] = Object.assign({}, list[0], address);
    else if (address) list.splice(0, 2, address.port, address.host);
    else if (refused(host)) {
      const message = `connect ENETUNREACH ${host}:${port} (carbon-emulator exec --offline)`;
      const error = Object.assign(new Error(message), { code: 'ENETUNREACH', syscall: 'connect' });
      process.nextTick(() => this.destroy(error));
      return this;
    }
    return connect.apply(this, args);
  };
}
