namespace Stiefel.Machines.Scenarios;

/// <summary>The ramdisk that both machines start, and the way to make a stick with it.</summary>
/// <param name="Kernel">The path of the kernel.</param>
/// <param name="Initrd">The path of the initramfs, which contains no key.</param>
public sealed record RamdiskParts(string Kernel, string Initrd)
{
    /// <summary>The path of an archive with the files for network boot, for desktops without a stick; null if this ramdisk has none.</summary>
    public string? NetBoot { get; init; }

    /// <summary>Files, by path in the ramdisk, that open a root shell on the second serial port; for tests only, never for a real laptop.</summary>
    public IReadOnlyList<(string Path, byte[] Content)> DebugShell { get; init; } = [];

    /// <summary>Writes the image of a desktop's USB stick.</summary>
    public StickMaker MakeStickAsync { get; init; } = (_, _, _, _) => throw new InvalidOperationException("this run cannot make a stick");
}

/// <summary>Writes the image of a desktop's USB stick.</summary>
/// <param name="path">The path of the new file.</param>
/// <param name="keyFile">The key to put on the stick; null for none.</param>
/// <param name="arguments">Kernel arguments besides the role.</param>
/// <param name="token">Cancels the work.</param>
public delegate Task StickMaker(string path, string? keyFile, string arguments, CancellationToken token);
