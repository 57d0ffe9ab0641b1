/** Runs before every test file that shares its process with others: it fails when it leaves the process otherwise than it was. */
import { afterAll, expect } from 'vitest';
import { readProcessState } from './left-behind.ts';

const found = readProcessState();
afterAll(() => expect(readProcessState(), 'what the file leaves behind').toEqual(found));
