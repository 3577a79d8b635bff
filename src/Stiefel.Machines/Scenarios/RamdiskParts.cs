namespace Stiefel.Machines.Scenarios;

/// <summary>The ramdisk that both machines start, and what is made of it.</summary>
/// <param name="Kernel">The kernel's file.</param>
/// <param name="Initrd">The initramfs's file, without a key.</param>
public sealed record RamdiskParts(string Kernel, string Initrd)
{
    /// <summary>Files that open a root shell on the second serial port, by their path in the ramdisk; they belong into no laptop of a person.</summary>
    public IReadOnlyList<(string Path, byte[] Content)> DebugShell { get; init; } = [];

    /// <summary>Writes the image of a desktop's USB stick.</summary>
    public StickMaker MakeStickAsync { get; init; } = (_, _, _, _) => throw new InvalidOperationException("this run has no stick");
}

/// <summary>Writes the image of a desktop's USB stick.</summary>
/// <param name="path">The new file.</param>
/// <param name="keyFile">The key that it carries; null for none.</param>
/// <param name="arguments">Kernel arguments besides the role.</param>
/// <param name="token">Ends it.</param>
public delegate Task StickMaker(string path, string? keyFile, string arguments, CancellationToken token);
