namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The status that a command leaves in `$?` (enum grub_err of include/grub/err.h).</summary>
internal static class GrubStatus
{
    public const int Success = 0;

    /// <summary>A condition that does not hold.</summary>
    public const int False = 1;
    public const int FileNotFound = 5;
    public const int NoSuchDevice = 7;
    public const int BadArgument = 18;

    public static int Of(bool fine) => fine ? Success : False;
}
