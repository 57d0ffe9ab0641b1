/** `data-testid` for components whose property types know no data attributes. */
export function testId(id: string): { readonly [name: `data-${string}`]: string } {
  return { 'data-testid': id };
}
