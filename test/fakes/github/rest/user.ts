import { asUser, json, type Route } from '../http/route.js';
import { publicUserView } from '../views/account.js';

export const userRoutes: readonly Route[] = [
  asUser('users/get-authenticated', ({ world, account }) => json(publicUserView(world.urls, account))),
];
