import { BASE_READERS, type Readers } from './forms.js';
import type { Form } from './key.js';
import { VALUE_READERS } from './values.js';

/** One reader per form. Each reports what it cannot take and returns undefined for it. */
export const READERS: Readers<Form> = { ...BASE_READERS, ...VALUE_READERS };
