import { closeTestApps } from './app.js';

afterAll(closeTestApps);
