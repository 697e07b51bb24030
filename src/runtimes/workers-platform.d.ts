// The modules of the edge platform that are imported by value. The platform's own declarations of
// them come with globals that would hide those of Node and the browser from the other folders.

declare module 'cloudflare:workers' {
  import type { CloudflareWorkersModule } from '@cloudflare/workers-types';

  export const DurableObject: typeof CloudflareWorkersModule.DurableObject;
}

declare module 'cloudflare:sockets' {
  interface TcpSocket {
    readonly readable: ReadableStream<Uint8Array>;
    readonly writable: WritableStream<Uint8Array>;
    close(): Promise<void>;
  }

  export function connect(
    address: { hostname: string; port: number },
    options: { secureTransport: 'on'; allowHalfOpen: boolean },
  ): TcpSocket;
}
