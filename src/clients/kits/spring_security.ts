import type { Kit } from './kit.ts';

/** Spring Boot with spring-boot-starter-oauth2-client. */
export const springSecurity: Kit = {
  id: 'spring',
  name: 'Spring Security',
  file: 'application.yaml',
  quoting: 'json',
  comment: '#',
  types: ['web'],
  callback: '/login/oauth2/code/*',
  auth: { client_secret_basic: 'client_secret_basic', client_secret_post: 'client_secret_post' },
  followsDiscovery: false,
  notes: [
    'Before Spring Security 7 a client with a secret sends no PKCE by itself: give oauth2Login an authorization request resolver with OAuth2AuthorizationRequestCustomizers.withPkce(), or this client require_pkce: false.',
    'For sign-out here too: OidcClientInitiatedLogoutSuccessHandler with setPostLogoutRedirectUri.',
  ],
  text: `spring:
  security:
    oauth2:
      client:
        registration:
          «callback_name»:
            provider: gatehouse
            client-id: «client_id»
            client-secret: "\${«=secret_variable»}"
            client-authentication-method: «auth_method»
            authorization-grant-type: authorization_code
            redirect-uri: «redirect_uri»
            scope: «scope_list»
        provider:
          gatehouse:
            issuer-uri: «issuer»
            user-name-attribute: sub
`,
};
