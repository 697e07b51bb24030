import { createControlPlane } from '../control-plane.ts';
import { contractSettings } from './environment.ts';
import { contract } from './suite.ts';

contract(() => createControlPlane(contractSettings));
