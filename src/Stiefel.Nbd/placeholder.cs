namespace Stiefel.Nbd;
internal static class Placeholder;
