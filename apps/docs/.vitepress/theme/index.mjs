// Without the theme's web font: letters are the reader's own, and tables may be wider than the page.
import theme from 'vitepress/theme-without-fonts';
import './wide-tables.css';

export default theme;
