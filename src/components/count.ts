/** How a number stands on a badge. */
export const countText = (count: number): string => (count > 99 ? '99+' : String(count))
