// The one module of the edge platform that is imported by value. The platform's own declaration of
// it comes with globals that would hide those of Node and the browser from the other folders.

declare module 'cloudflare:workers' {
  import type { CloudflareWorkersModule } from '@cloudflare/workers-types';

  export const DurableObject: typeof CloudflareWorkersModule.DurableObject;
}
