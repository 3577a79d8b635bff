using Stiefel.Keys;
using Stiefel.Linux.Initramfs;

namespace Stiefel.Machines.Scenarios;

/// <summary>Appends a key to the ramdisk's initramfs, in a separate archive, because the ramdisk itself contains no secrets.</summary>
public static class KeyedInitrd
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Passable = OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes the new initramfs, readable by its owner only.</summary>
    /// <param name="initrd">The initramfs without a key.</param>
    /// <param name="target">The new file.</param>
    /// <param name="keyFile">The key's file, readable by its owner only.</param>
    /// <param name="more">Other files, all executable, which replace those of the same path.</param>
    /// <param name="token">Cancels the work.</param>
    /// <param name="besides">Another archive to append; null for none.</param>
    /// <exception cref="KeyFileException">The key cannot be used.</exception>
    public static async Task WriteAsync(
        string initrd, string target, string keyFile, IEnumerable<(string Path, byte[] Content)> more, CancellationToken token, string? besides = null)
    {
        await using var output = new FileStream(
            target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        foreach (var part in besides is null ? (string[])[initrd] : [initrd, besides])
        {
            await using var input = File.OpenRead(part);
            await input.CopyToAsync(output, token);
            await output.WriteAsync(CpioPadding.After(output.Length), token);
        }

        var archive = new CpioWriter(output);
        (string Path, byte[] Content)[] files = [.. more];
        foreach (var directory in files.SelectMany(file => Parents(file.Path)).Concat(Parents(KeyArchive.DirectoryPath)).Distinct())
        {
            archive.AddDirectory(directory, Passable);
        }

        foreach ((var path, var content) in files)
        {
            archive.AddFile(path, Passable, content);
        }

        KeyArchive.AddTo(archive, keyFile);
        await archive.CompleteAsync(token);
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }
}
