import { closeTestApps } from './running-apps.js';

afterAll(closeTestApps);
