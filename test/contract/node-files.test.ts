import { createControlPlane } from '../control-plane.ts';
import { contract } from './suite.ts';

contract(() => createControlPlane({ SALLYPORT_SIGN_UP: 'open' }));
