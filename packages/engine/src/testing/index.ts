export { FakeTimers } from "./fake-timers.ts";
