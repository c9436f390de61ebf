import type { clientMistakes as english } from './en_client_mistakes.ts';

/** 앱이 무엇을 잘못 보냈는지 개발자에게 알려 주는 글. */
export const clientMistakes: typeof english = {
  client_id_missing: '요청에 client_id 값이 없어요. 발급자 설정에 있는 값을 보내 주세요.',
  client_id_unknown:
    '받은 client_id 값을 쓰는 앱이 없어요. 설정에 있는 값과 한 글자씩 비교하거나, 설정에 앱을 등록해 주세요.',
  redirect_uri_missing: '요청에 redirect_uri 값이 없어요. 등록한 값이 하나뿐이어도 보내 주세요.',
  redirect_uri_none:
    '이 앱에는 등록된 redirect URI 값이 없어서 돌려보낼 곳이 없어요. 로그인에 쓰는 앱이라면 받은 값을 redirect_uris 목록에 더해 주세요.',
  redirect_uri_unregistered:
    '받은 redirect_uri 값이 이 앱에 등록되어 있지 않아요. redirect_uris 목록에 똑같이 더하거나, 목록에 있는 값을 보내 주세요.',
  redirect_uri_slash: '받은 redirect_uri 값이 등록된 값과 끝의 빗금만 달라요. 둘을 똑같이 맞춰 주세요.',
  redirect_uri_scheme:
    '받은 redirect_uri 값이 등록된 값과 http, https 부분만 달라요. 프록시 뒤에 있는 앱은 사람들이 어느 쪽으로 오는지 알아야 해요.',
  redirect_uri_host:
    '받은 redirect_uri 값이 등록된 값과 localhost, 주소 부분만 달라요. 서로 다른 호스트이니 똑같이 맞춰 주세요.',
  redirect_uri_port:
    '받은 redirect_uri 값이 등록된 값과 포트만 달라요. 이 포트를 등록해 주세요. 루프백에서 포트를 마음대로 고르는 것은 네이티브 앱만 할 수 있어요.',
  redirect_uri_case: '받은 redirect_uri 값이 등록된 값과 대문자, 소문자만 달라요. 둘을 똑같이 맞춰 주세요.',
  redirect_uri_query:
    '받은 redirect_uri 값이 등록된 값과 쿼리만 달라요. 돌려받을 것은 state 값에 넣고 쿼리는 빼 주세요.',
  parameter_twice: '요청의 매개변수 하나가 두 번 왔어요. 하나씩만 보내 주세요.',
  push_needed: '이 요청은 먼저 따로 보내야 해요. 푸시 요청 주소로 보낸 뒤, 받은 request_uri 값을 여기로 보내 주세요.',
  request_uri_unusable:
    '받은 request_uri 값을 모르거나, 이미 썼거나, 시간이 지났어요. 로그인할 때마다 요청을 새로 보내 주세요. 이 값은 1분 동안 한 번만 쓸 수 있어요.',
  logout_uri_unregistered:
    '받은 post_logout_redirect_uri 값이 이 앱에 등록되어 있지 않아요. post_logout_redirect_uris 목록에 똑같이 더해 주세요.',
  logout_hint_unusable:
    '받은 id_token_hint 값은 이 발급자의 ID 토큰으로 읽을 수 없어요. 이 앱이 마지막으로 받은 ID 토큰을 그대로 보내 주세요.',
  logout_client_differs:
    '받은 id_token_hint 값은 client_id 값과 다른 앱의 것이에요. 이 앱의 ID 토큰을 보내거나 client_id 값을 빼 주세요.',
};
