/** A user of the built-in provider. */
export interface DemoUser {
  readonly username: string;
  readonly sub: string;
  readonly about: string;
  readonly roles: readonly string[];
  readonly isVerified: boolean;
  /** The scopes of the API that the provider grants to this user. */
  readonly scopes: readonly string[];
}

export const users: readonly DemoUser[] = [
  {
    username: 'alice',
    sub: 'e3079029-f123-4c56-80c1-c2cd63a5b6af',
    about: 'Store manager, may read and write reports',
    roles: ['store_manager'],
    isVerified: true,
    scopes: ['read:reports', 'write:reports'],
  },
  {
    username: 'bob',
    sub: '5b2f6f0a-9d1e-4a63-8f0b-7d2c1e4a9b38',
    about: 'No role, may only read reports',
    roles: [],
    isVerified: false,
    scopes: ['read:reports'],
  },
];

export function findUser(sub: string | undefined): DemoUser | undefined {
  return users.find((user) => user.sub === sub);
}
