import { noRequirement, strictestAge } from '../../../lib/core/policy/requirement.js';
import type { ExecutionContext, Type } from '@nestjs/common';
import { MaxAuthAge } from '../../../lib/routes/decorators/authentication.js';
import { OptionalAuth } from '../../../lib/routes/decorators/access.js';
import { Public } from '../../../lib/routes/decorators/access.js';
import { findContradictions, routeOf, type Route } from '../../../lib/routes/route-metadata.js';
import { Scopes } from '../../../lib/routes/decorators/permissions.js';

type Handler = (...args: never[]) => unknown;

function handlersOf(target: Type): Record<string, Handler> {
  const handlers: Record<string, Handler> = {};
  for (
    let prototype = target.prototype as object;
    prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object
  ) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (name !== 'constructor')
        handlers[name] ??= (prototype as Record<string, Handler>)[name] as Handler;
    }
  }
  return handlers;
}

function route(target: Type, name: string): Route {
  const context = {
    getClass: () => target,
    getHandler: () => handlersOf(target)[name],
  } as unknown as Pick<ExecutionContext, 'getClass' | 'getHandler'>;
  return routeOf(context);
}

/** The scopes and the strictest age that a route demands. */
function summary(target: Type, name: string) {
  const { requirement } = route(target, name);
  return { scopes: requirement.scopes, maxAge: strictestAge(requirement)?.maxAge };
}

const contradictions = (target: Type) => findContradictions(target, handlersOf(target));

class Plain {
  plain() {}
  @Public() open() {}
  @OptionalAuth() optional() {}
  @Scopes('a') scoped() {}
  @Scopes('a', 'b') @Scopes({ anyOf: ['c', 'd'] }) @MaxAuthAge('5m') @MaxAuthAge(60) several() {}
}

@Scopes('class')
@MaxAuthAge('1h')
class Demanding {
  plain() {}
  @Public() open() {}
  @OptionalAuth() optional() {}
  @Scopes('handler') @MaxAuthAge('5m') stricter() {}
  @MaxAuthAge('2h') laxer() {}
}

@Public()
class Open {
  plain() {}
  @OptionalAuth() optional() {}
}

@OptionalAuth()
class Optional {
  plain() {}
  @Public() open() {}
  @Scopes('a') scoped() {}
}

@Scopes('child')
class Child extends Demanding {
  own() {}
  override stricter() {}
}
class SilentChild extends Demanding {}

describe('access', () => {
  test.each<[Type, string, Route['access']]>([
    [Plain, 'plain', 'protected'],
    [Plain, 'open', 'public'],
    [Plain, 'optional', 'optional'],
    [Plain, 'scoped', 'protected'],
    [Demanding, 'plain', 'protected'],
    [Demanding, 'open', 'public'],
    [Open, 'plain', 'public'],
    [Optional, 'plain', 'optional'],
    [Optional, 'open', 'public'],
    [Open, 'optional', 'optional'],
    [SilentChild, 'plain', 'protected'],
    [SilentChild, 'open', 'public'],
  ])('%p %s is %s', (target, name, access) => {
    expect(route(target, name).access).toBe(access);
  });
});

describe('requirements', () => {
  test('nothing without decorators', () => {
    expect(route(Plain, 'plain').requirement).toEqual(noRequirement);
  });

  test(
    'several decorators on one handler add up, in the order they are written; the strictest ' +
      'age wins',
    () => {
      expect(summary(Plain, 'several')).toEqual({
        scopes: [{ allOf: ['a', 'b'] }, { anyOf: ['c', 'd'] }],
        maxAge: 60,
      });
    },
  );

  test('class and handler add up, the class first', () => {
    expect(summary(Demanding, 'stricter')).toEqual({
      scopes: [{ allOf: ['class'] }, { allOf: ['handler'] }],
      maxAge: 300,
    });
    expect(summary(Demanding, 'plain')).toEqual({ scopes: [{ allOf: ['class'] }], maxAge: 3600 });
  });

  test('a handler cannot loosen the age', () => {
    expect(summary(Demanding, 'laxer').maxAge).toBe(3600);
  });

  test('@Public() on the handler beats the requirements of the class', () => {
    expect(summary(Demanding, 'open')).toEqual({ scopes: [], maxAge: undefined });
  });

  test('@OptionalAuth() drops nothing', () => {
    expect(summary(Demanding, 'optional')).toEqual({
      scopes: [{ allOf: ['class'] }],
      maxAge: 3600,
    });
    expect(route(Optional, 'scoped').requirement.scopes).toEqual([{ allOf: ['a'] }]);
  });

  test('one route does not leak into another', () => {
    expect(route(Plain, 'scoped').requirement.scopes).toEqual([{ allOf: ['a'] }]);
    expect(route(Plain, 'plain').requirement.scopes).toEqual([]);
  });

  test('what was passed cannot be changed afterwards', () => {
    const anyOf: [string, ...string[]] = ['admin'];
    class Late {
      @Scopes({ anyOf }) handler() {}
    }
    anyOf.push('everybody');
    expect(route(Late, 'handler').requirement.scopes).toEqual([{ anyOf: ['admin'] }]);
  });
});

describe('inheritance', () => {
  test('a class without decorators has those of its base class', () => {
    expect(route(SilentChild, 'plain').requirement).toEqual(route(Demanding, 'plain').requirement);
    expect(route(SilentChild, 'stricter').requirement).toEqual(
      route(Demanding, 'stricter').requirement,
    );
  });

  test('a class with decorators adds to its base class', () => {
    const { scopes, maxAge } = summary(Child, 'own');
    expect(scopes).toEqual(expect.arrayContaining([{ allOf: ['class'] }, { allOf: ['child'] }]));
    expect(maxAge).toBe(3600);
  });

  test('and changes nothing of its base class', () => {
    expect(route(Demanding, 'plain').requirement.scopes).toEqual([{ allOf: ['class'] }]);
  });

  test('an inherited handler keeps what it says', () => {
    expect(route(SilentChild, 'open').access).toBe('public');
  });
});

describe('contradictions', () => {
  test.each<[Type]>([[Plain], [Demanding], [Optional], [Child], [SilentChild]])(
    '%p has none',
    (target) => {
      expect(contradictions(target)).toEqual([]);
    },
  );

  class PublicAndScoped {
    @Public() @Scopes('a') handler() {}
  }
  class PublicAndAged {
    @MaxAuthAge('5m') @Public() handler() {}
  }
  @Public()
  @Scopes('a')
  class PublicAndScopedClass {
    handler() {}
  }
  @Public()
  class PublicClassScopedHandler {
    @Scopes('a') handler() {}
    open() {}
  }
  @Public()
  class PublicClassAgedHandler {
    @MaxAuthAge('5m') handler() {}
  }
  @Public()
  class PublicBase {
    plain() {}
  }
  class ScopedHandlerOfPublicBase extends PublicBase {
    @Scopes('a') handler() {}
  }
  test.each<[Type, string]>([
    [PublicAndScoped, 'PublicAndScoped.handler'],
    [PublicAndAged, 'PublicAndAged.handler'],
    [PublicAndScopedClass, 'PublicAndScopedClass'],
    [PublicClassScopedHandler, 'PublicClassScopedHandler.handler'],
    [PublicClassAgedHandler, 'PublicClassAgedHandler.handler'],
  ])('%p: one line, naming the route', (target, place) => {
    const problems = contradictions(target);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(place);
  });

  test('a requirement on a handler beats @Public() on the class that its class extends', () => {
    expect(contradictions(ScopedHandlerOfPublicBase)).toEqual([]);
    expect(route(ScopedHandlerOfPublicBase, 'handler')).toMatchObject({
      access: 'protected',
      requirement: { scopes: [{ allOf: ['a'] }] },
    });
  });

  test('a contradiction that got through fails closed', () => {
    expect(route(PublicClassScopedHandler, 'handler')).toMatchObject({
      access: 'protected',
      requirement: { scopes: [{ allOf: ['a'] }] },
    });
  });

  test('all places are reported, not only the first', () => {
    class Twice {
      @Public() @Scopes('a') one() {}
      @Public() @Scopes('a') two() {}
    }
    expect(contradictions(Twice)).toHaveLength(2);
  });
});
