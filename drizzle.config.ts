// Used by `npm run migrations` only: drizzle-kit writes the SQL, once per database.
import { defineConfig } from 'drizzle-kit';

const database = process.env.SALLYPORT_SCHEMA ?? 'tenant';

export default defineConfig({
  dialect: 'sqlite',
  // The tenants' is in several files.
  schema: `./src/db/schema/${database}*.ts`,
  out: `./migrations/${database}`,
});
