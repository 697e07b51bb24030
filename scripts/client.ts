// `npm run client`: writes src/client/operations.gen.ts, the types of the API as its own page tells
// them. test/client/generated.test.ts fails while the file is older than the page.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerRoutes } from '../src/api/app.ts';
import { openApiDocument } from '../src/api/openapi/document.ts';
import { App } from '../src/api/route.ts';
import { printOperations } from './client-types.ts';

export const generatedFile = join(import.meta.dirname, '../src/client/operations.gen.ts');

/** What the file shall hold. */
export function generateClient(): string {
  const app = new App();
  registerRoutes(app);
  return printOperations(openApiDocument(app, '/'));
}

if (process.argv[1] === import.meta.filename) writeFileSync(generatedFile, generateClient());
