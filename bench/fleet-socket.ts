// The agent's end of a WebSocket (RFC 6455) that says revisions, light enough for thousands.

import { randomBytes } from 'node:crypto';
import net from 'node:net';

const closeOpcode = 8;
const textOpcode = 1;
const pingFrame = frame(textOpcode, Buffer.from('ping'));

/** A short frame of a client, which has to be masked. */
function frame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked]);
}

interface Frame {
  opcode: number;
  text: string;
  size: number;
}

/** The first frame of what came, or undefined while it is not whole. All that come are short. */
function readFrame(bytes: Buffer): Frame | undefined {
  const [first, length] = bytes;
  if (first === undefined || length === undefined || bytes.length < 2 + length) return undefined;
  return {
    opcode: first & 15,
    text: bytes.toString('utf8', 2, 2 + length),
    size: 2 + length,
  };
}

export interface SocketLine {
  ping(): void;
  close(): void;
  /** Resolves with the reason when the other side ended it. */
  ended: Promise<string>;
}

/**
 * Opens the socket of an agent; http only.
 * @param onRevision called with each revision that is said
 */
export function openSocket(
  address: string,
  token: string,
  onRevision: (revision: number) => void,
): Promise<SocketLine> {
  const { hostname, port, host } = new URL(address);
  const socket = net.connect(Number(port), hostname);
  socket.setNoDelay(true);
  const key = randomBytes(16).toString('base64');
  const head = ['GET /v1/agent/socket HTTP/1.1', `host: ${host}`, `authorization: Bearer ${token}`];
  head.push('connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13');
  head.push(`sec-websocket-key: ${key}`);
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  let reason = 'the connection was closed';
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => resolve(reason));
  });
  return new Promise((resolve, reject) => {
    void ended.then((why) => reject(new Error(`no socket: ${why}`)));
    let open = false;
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!open) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) return;
        const status = bytes.toString('latin1', 9, 12);
        if (status !== '101') return void socket.destroy(new Error(`status ${status}`));
        open = true;
        bytes = bytes.subarray(end + 4);
        const ping = (): void => void socket.write(pingFrame);
        resolve({ ping, close: () => socket.destroy(), ended });
      }
      for (let one = readFrame(bytes); one; one = readFrame(bytes)) {
        bytes = bytes.subarray(one.size);
        if (one.opcode === closeOpcode) socket.destroy(new Error('closed by the control plane'));
        else if (one.text.startsWith('{')) onRevision(JSON.parse(one.text).revision);
      }
    });
  });
}
