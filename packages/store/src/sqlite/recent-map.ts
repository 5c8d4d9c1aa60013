/** A map that forgets what was used least recently when it holds more than `max`. */
export class RecentMap<Key, Value> {
  readonly #max: number;
  readonly #values = new Map<Key, Value>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: Key): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.#touch(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#touch(key, value);
    if (this.#values.size <= this.#max) return;
    const [oldest] = this.#values.keys();
    this.#values.delete(oldest as Key);
  }

  #touch(key: Key, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
  }
}
