/** The mark: three quarter turns around a calm eye. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<g fill="none" stroke="#2f6fde" stroke-width="4" stroke-linecap="round">
<path d="M16 4a12 12 0 0 1 11 7"/><path d="M26.400 22a12 12 0 0 1-12 5.900"/><path d="M5.200 21a12 12 0 0 1 2-13"/>
</g><circle cx="16" cy="16" r="4" fill="#2f6fde"/></svg>
`;
