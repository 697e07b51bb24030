// Sends a datagram until it is answered, and prints the answer. Exit code 1 after the last try.

import { createSocket } from 'node:dgram';

const [address, port, text, tries = '20'] = process.argv.slice(2);
const retryEveryMs = 100;

if (address === undefined || text === undefined) throw new Error('udp-ask.ts ADDRESS PORT TEXT');
const socket = createSocket('udp4');
let sent = 0;
const send = () => {
  if (sent >= Number(tries)) process.exit(1);
  sent += 1;
  socket.send(text, Number(port), address, () => {
    // Without a route there is no answer either: the tries decide.
  });
};
const timer = setInterval(send, retryEveryMs);
socket.on('message', (message) => {
  console.log(message.toString());
  clearInterval(timer);
  socket.close();
});
send();
