import type { en } from './en.ts';

/** The Korean demo app. */
export const demo: typeof en.demo = {
  welcome: {
    title: '데모 앱',
    subtitle: '디스커버리 URL, 클라이언트 ID, 비밀값만 알고 {brand} 계정을 쓰는 작은 앱이에요.',
    sign_in: '로그인',
    sign_up: '계정 만들기',
    mailbox: '가입할 때 보내는 메일은 <mailbox>메일함</mailbox>에서 볼 수 있어요.',
  },
  home: {
    title: '로그인했어요',
    subtitle: '데모 앱이 받은 내용이에요.',
    id_token: 'ID 토큰',
    id_token_hint: '누가 언제 어떻게 로그인했는지 담겨 있어요. {brand} 서명을 확인하고 풀어서 보여요.',
    userinfo: 'Userinfo',
    userinfo_hint: '액세스 토큰을 보냈을 때 userinfo 엔드포인트의 응답이에요.',
    access_token: '액세스 토큰',
    access_token_hint: '앱이 API에 보여 주는 토큰이에요. 만료 시각: {time}',
    opaque: '내용을 볼 수 없는 토큰이에요. {brand} 서버만 읽을 수 있어요.',
    api_answer: 'API 응답',
    api_answer_hint: '상태 {status}',
    refresh: '토큰 새로 받기',
    api: '데모 API 호출하기',
  },
  notes: {
    refreshed: '토큰을 새로 받았어요. 이전 리프레시 토큰은 더 이상 쓸 수 없어요.',
    cancelled: '로그인을 취소했어요.',
    expired: '로그인 시간이 지났거나 이미 끝난 로그인이에요. 다시 시작해 주세요.',
    session_over: '세션이 끝났어요. 다시 로그인해 주세요.',
    unavailable: '서버가 응답하지 않아요. 잠시 후 다시 시도해 주세요.',
    failed: '로그인하지 못했어요. 데모 앱이 응답을 받아들이지 않았고, 이유는 서버 로그에 있어요.',
  },
};

/** The mails that development mode keeps. */
export const mailbox: typeof en.mailbox = {
  list: {
    title: '메일함',
    subtitle: '개발 서버가 보냈을 메일이에요. 메모리에만 보관해요.',
    to: '받는 사람: {address}',
    empty: '아직 메일이 없어요. <demo>데모 앱에서 계정을 만들면</demo> 코드가 여기로 와요.',
  },
  message: {
    back: '메일함',
    to: '받는 사람',
    at: '보낸 시각',
    links: '메일에 있는 링크',
  },
};

/** The pages of the simulated upstreams. */
export const simulator: typeof en.simulator = {
  banner: '{provider} 시뮬레이션 - 실제 {provider} 아님',
  picker: {
    title: '‘{provider}’에서 사용할 사람 선택',
    purpose: '{app} 앱에서 누구인지 물어봐요. 여기에 있는 사람은 모두 가상의 인물이에요.',
    purpose_unnamed: '앱에서 누구인지 물어봐요. 여기에 있는 사람은 모두 가상의 인물이에요.',
    no_email: '이메일 주소 없음',
    change: '먼저 이 사람의 정보를 바꾸기',
    other_email: '다른 이메일 주소',
    keep_email: '이메일 주소를 알려주지 않아요',
    no_picture: '사진이 없어요',
    cancel: '취소',
    returns: '선택하면 {host} 주소로 돌아가요',
  },
  form_post: {
    title: '‘{provider}’에서 돌아가는 중이에요',
    next: '계속하기',
  },
  error: {
    title: '‘{provider}’에서 요청을 거절했어요',
    what: '실제 {provider} 서비스도 거절할 요청이에요:',
  },
};
