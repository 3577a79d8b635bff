using Stiefel.Cli.Ramdisk;
using Stiefel.Protocol.Stick;

namespace Stiefel.Cli.Stick;

/// <summary>The content of a stick.</summary>
/// <param name="Ramdisk">The ramdisk, which holds no key.</param>
/// <param name="KeyFile">The stick's key, or null for a stick whose desktop asks for a pairing code.</param>
/// <param name="MoreArguments">Appended to the kernel's command line; see <see cref="IsPassedOnAsItIs"/>.</param>
internal sealed record StickContent(RamdiskImage Ramdisk, string? KeyFile, string? MoreArguments)
{
    /// <summary>Default time in seconds to choose another entry before the menu starts the first.</summary>
    public const int UsualMenuSeconds = 3;

    private const string UsualArguments = "stiefel_role=client nomodeset quiet console=tty0 console=ttyS0,115200";

    /// <summary>Seconds for which the menu is shown; 0 starts the first entry at once.</summary>
    public int MenuSeconds { get; init; } = UsualMenuSeconds;

    /// <summary>The archive with the key that the stick already carries; used if <see cref="KeyFile"/> is null.</summary>
    public byte[]? KeptKey { get; init; }

    /// <summary>The stick's memory of the last laptop; null on a partition that is shared with others, where nothing is written at a boot.</summary>
    public StickMemory? Memory { get; init; }

    /// <summary>True if the stick gets a key from either source.</summary>
    public bool HasKey => KeyFile is not null || KeptKey is not null;

    public string CommandLine => string.Join(
        ' ', ((string?[])[UsualArguments, Memory is null ? null : $"{StickMemory.Argument}={Memory.Number}", MoreArguments]).Where(part => part is { Length: > 0 }));

    /// <summary>True if every boot loader passes the arguments to the kernel unchanged. GRUB adds backslashes before quotes and backslashes, and interprets dollars and semicolons.</summary>
    public static bool IsPassedOnAsItIs(string arguments) => arguments.All(character => character is >= ' ' and <= '~' && !@"""'\$;&|<>{}#".Contains(character));
}
