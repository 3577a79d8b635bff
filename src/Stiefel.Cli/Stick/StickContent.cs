using Stiefel.Cli.Ramdisk;

namespace Stiefel.Cli.Stick;

/// <summary>What goes onto a stick.</summary>
/// <param name="Ramdisk">The key-free image.</param>
/// <param name="KeyFile">The stick's key, or null for a stick whose desktop asks for a pairing code.</param>
/// <param name="MoreArguments">Appended to the kernel's command line; see <see cref="IsPassedOnAsItIs"/>.</param>
internal sealed record StickContent(RamdiskImage Ramdisk, string? KeyFile, string? MoreArguments)
{
    /// <summary>Time in which a person can stop the menu's first entry from being started.</summary>
    public const int UsualMenuSeconds = 3;

    private const string UsualArguments = "stiefel_role=client nomodeset quiet console=tty0 console=ttyS0,115200";

    /// <summary>Seconds for which the menu is shown; 0: the first entry at once.</summary>
    public int MenuSeconds { get; init; } = UsualMenuSeconds;

    /// <summary>The archive with the key that a stick of ours carries already; used where <see cref="KeyFile"/> is null.</summary>
    public byte[]? KeptKey { get; init; }

    /// <summary>There is a key, of either source.</summary>
    public bool HasKey => KeyFile is not null || KeptKey is not null;

    public string CommandLine => MoreArguments is { Length: > 0 } ? $"{UsualArguments} {MoreArguments}" : UsualArguments;

    /// <summary>Arguments that every boot loader hands to the kernel unchanged: GRUB writes a backslash before quotes and backslashes, and takes dollars and semicolons for its own.</summary>
    public static bool IsPassedOnAsItIs(string arguments) => arguments.All(character => character is >= ' ' and <= '~' && !@"""'\$;&|<>{}#".Contains(character));
}
