import { createControlPlane } from '../control-plane.ts';
import { contract } from './suite.ts';

contract(() => createControlPlane());
