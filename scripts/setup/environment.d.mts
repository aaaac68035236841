export function withoutNpm(environment?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
export function forRoot(environment?: NodeJS.ProcessEnv, fetches?: boolean): NodeJS.ProcessEnv;
