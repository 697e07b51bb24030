// The floor of the framework: one Hono route on Node, answering 204.

import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const port = Number(process.argv[2]);
const app = new Hono();
app.get('/v1/agent/state', (c) => c.body(null, 204));
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => console.log('ready'));
