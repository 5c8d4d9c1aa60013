import fc from "fast-check";

const unit = fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff }));

/** Any UTF-16 units: control characters, the private use area, halves of surrogate pairs. */
export function anyText(unitsMax = 40): fc.Arbitrary<string> {
  return fc.array(unit, { maxLength: unitsMax }).map((units) => String.fromCharCode(...units));
}
