import { createControlPlane } from '../control-plane.ts';
import { limitedQuotas, limitedRates, rateContract } from './rates.ts';

rateContract(() => createControlPlane(limitedQuotas, limitedRates));
