export { FakeTimers, type MovableClock } from "./fake-timers.ts";
