// What a thousand gateways cost at the edge in a month, from the public price list by formula.

/** Dollars; the public list of Workers and Durable Objects as read on 2026-11-22. */
const prices = {
  listDate: '2026-11-22',
  workerRequest: 0.3 / 1e6,
  hubRequest: 0.15 / 1e6,
  hubGigabyteSecond: 12.5 / 1e6,
  /** So many incoming socket messages are billed as one request. */
  messagesPerRequest: 20,
};

const monthSeconds = 30.4 * 24 * 3600;
const hubGigabytes = 0.128;

export interface Habits {
  name: string;
  /** Seconds between two questions for newer state. */
  questionSeconds: number;
  /** Whether a hub is kept in memory by those who wait. */
  keepsHubAwake: boolean;
  /** Seconds between two pings on a socket; undefined without one. */
  pingSeconds: number | undefined;
  /** Reports of a gateway in a month. */
  reports: number;
}

export interface Assumptions {
  gateways: number;
  /** Each has a hub of its own. */
  tenants: number;
  /** Requests to the hub for each question: one to recall the gateway, one to wait. */
  hubRequestsPerQuestion: number;
  hubRequestsPerReport: number;
}

export interface Cost {
  workers: number;
  hubs: number;
  awake: number;
  total: number;
}

/**
 * Dollars a month, without the plan's allowances, processor time and the database.
 *
 * worker   = gateways × (month ÷ question + reports) × worker request
 * hubs     = gateways × (hub requests of those + month ÷ ping ÷ 20) × hub request
 * awake    = tenants × month × 0.128 GB × GB-second, when waiting keeps hubs in memory
 */
export function monthlyCost(habits: Habits, assumptions: Assumptions): Cost {
  const { gateways, tenants, hubRequestsPerQuestion, hubRequestsPerReport } = assumptions;
  const { questionSeconds, keepsHubAwake, pingSeconds, reports } = habits;
  const questions = monthSeconds / questionSeconds;
  const pings =
    pingSeconds === undefined ? 0 : monthSeconds / pingSeconds / prices.messagesPerRequest;
  const hubRequests = questions * hubRequestsPerQuestion + reports * hubRequestsPerReport + pings;
  const workers = gateways * (questions + reports) * prices.workerRequest;
  const hubs = gateways * hubRequests * prices.hubRequest;
  const awake = keepsHubAwake
    ? tenants * monthSeconds * hubGigabytes * prices.hubGigabyteSecond
    : 0;
  return { workers, hubs, awake, total: workers + hubs + awake };
}

/** Traffic in office hours: a report a minute, 8 hours on 22 days. */
const officeReports = 8 * 60 * 22;

const watches = [
  { name: 'poll every 30 s', questionSeconds: 30, keepsHubAwake: false, pingSeconds: undefined },
  { name: 'wait of 55 s', questionSeconds: 55, keepsHubAwake: true, pingSeconds: undefined },
  { name: 'hibernated socket', questionSeconds: 300, keepsHubAwake: false, pingSeconds: 55 },
];

export const habits: readonly Habits[] = [
  ...watches.flatMap((watch) => [
    { ...watch, name: `${watch.name}, no reports`, reports: 0 },
    { ...watch, name: `${watch.name}, reports in office hours`, reports: officeReports },
    { ...watch, name: `${watch.name}, a report every minute`, reports: monthSeconds / 60 },
  ]),
  {
    // It never waits beyond its next report.
    name: 'wait of 30 s, a report every minute',
    questionSeconds: 30,
    keepsHubAwake: true,
    pingSeconds: undefined,
    reports: monthSeconds / 60,
  },
];

export const priceListDate = prices.listDate;
