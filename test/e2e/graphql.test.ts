import { ApolloDriver } from '@nestjs/apollo';
import { describeGraphql } from '../support/graphql.js';

describeGraphql('Apollo on Express', 'express', { driver: ApolloDriver });
