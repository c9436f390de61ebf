import type { en } from './en.ts';
import { accountUse } from './ko_account_use.ts';

/** The Korean front page and account pages. */
export const account: typeof en.account = {
  ...accountUse,
  home: {
    title: '{brand} 계정',
    subtitle: '{brand} 서비스를 계정 하나로 모두 이용하세요.',
    open: '내 계정',
    sign_in: '내 계정에 로그인',
    apps: '앱',
    no_apps: '여기에서 열 수 있는 앱이 생기면 이 페이지에 보여요.',
  },
  tabs: {
    home: '홈',
    profile: '프로필',
    security: '보안',
    identities: '연결된 계정',
    sessions: '기기',
    apps: '앱',
    activity: '활동',
    data: '내 데이터',
  },
  overview: {
    title: '내 계정',
    verified: '확인됨',
    unverified: '확인되지 않음',
    profile: '이름, 사진, 언어, 이메일 주소',
    security: '로그인하는 방법',
    identities: '이 계정을 여는 다른 서비스',
    sessions: '로그인된 기기',
    apps: '앱이 볼 수 있는 정보와 할 수 있는 일',
    activity: '계정에서 있었던 일',
    data: '사본을 내려받거나 계정을 삭제하기',
  },
  security: {
    title: '보안',
    factors: '로그인 방법',
    factors_hint: '본인임을 확인하는 방법이에요.',
    password_changed: '비밀번호를 바꿨어요.',
    password_set: '비밀번호를 정했어요. 이제 이 비밀번호로 로그인할 수 있어요.',
  },
};
