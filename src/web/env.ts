import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';

export type WebEnv = { Bindings: HttpBindings };
export type WebApp = Hono<WebEnv>;
export type WebContext = Context<WebEnv>;
