// Answers every datagram with the address it came from and its text.

import { createSocket } from 'node:dgram';

const port = Number(process.argv[2]);
const socket = createSocket('udp4');
socket.on('message', (message, from) => {
  socket.send(`${from.address} ${message.toString()}`, from.port, from.address);
});
socket.bind(port, () => console.log(`listening on ${port}`));
