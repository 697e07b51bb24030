// What sending the log on costs those who change something, and where the operator lets it go.

import { expect, test } from 'vitest';
import { apiOf, createTenant, type TestTenant } from '../contract/plane.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';

const url = 'https://hooks.example.invalid/';

/** The statements that each of some changes causes, in every database. */
async function statementsOfChanges({ statements }: ControlPlane, tenant: TestTenant) {
  const each: string[][] = [];
  for (let n = 0; n < 3; n++) {
    const before = statements.length;
    await tenant.api('POST', tenant.path('/users'), { name: `User ${n}` });
    each.push(statements.slice(before).map(({ sql }) => sql));
  }
  return each;
}

test('a change in a tenant without outlets costs no statement for them', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  await tenant.api('GET', tenant.path(''));
  for (const each of await statementsOfChanges(plane, tenant))
    expect(each.filter((sql) => /webhooks|syslog|jobs|job_wakeups/.test(sql))).toEqual([]);
});

test('a tenant with outlets pays one write a second, however many changes there are', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  await tenant.api('POST', tenant.path('/webhooks'), { url });
  plane.advanceClock(2000);
  const [first = [], ...others] = await statementsOfChanges(plane, tenant);
  expect(first.filter((sql) => sql.includes('job_wakeups'))).toHaveLength(1);
  for (const each of others) expect(each.filter((sql) => /job/.test(sql))).toEqual([]);
  plane.advanceClock(1000);
  const [again = []] = await statementsOfChanges(plane, tenant);
  expect(again.filter((sql) => sql.includes('job_wakeups'))).toHaveLength(1);
});

test('filters of the log read its indexes, and sort nothing', async () => {
  const { plansOf } = await import('../jobs/world.ts');
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const before = plane.statements.length;
  const at = '2026-11-22T00:00:00Z';
  for (const query of [
    ...['operation=user.create', 'operation=user.*', 'actor=operator', `subject=${tenant.id}`],
    ...[`from=${at}`, `to=${at}`, `operation=user.*&from=${at}&to=${at}`, 'cursor=7', ''],
  ])
    expect((await tenant.api('GET', tenant.path(`/audit?${query}`))).status).toBe(200);
  const own = plane.statements.slice(before).filter(({ sql }) => sql.includes('revisions'));
  const plans = await plansOf(`${plane.data}/tenants/${tenant.id}.db`, own);
  // Without any filter the log is read backwards from its end, a page of it.
  expect(plans.filter((plan) => /^SCAN (?!.*CONSTANT ROW)|TEMP B-TREE/.test(plan))).toEqual([]);
  for (const name of ['at', 'actor', 'subject', 'operation'])
    expect(plans.filter((plan) => plan.includes(`revisions_${name}`))).not.toEqual([]);
});

test.each([
  ['POST', '/webhooks', { url: 'https://10.0.0.1/' }, 'url'],
  ['POST', '/webhooks', { url: 'https://localhost/' }, 'url'],
  ['PUT', '/syslog', { host: '192.168.0.1' }, 'host'],
])('%s %s of %j stays out of private networks, by default', async (method, path, body, field) => {
  const plane = await createControlPlane({ SALLYPORT_OUTBOUND_PRIVATE: 'refuse' });
  const tenant = await createTenant(plane);
  const reply = await apiOf(plane, tenant.key)(method, tenant.path(path), body);
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({
    problems: [{ field, rule: 'must not lie in a private network' }],
  });
});
