using System.Security.Cryptography;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;

namespace Stiefel.Linux.Tests.Mounts;

/// <summary>Makes images of real file systems, both clean ones and ones left by a power failure.</summary>
internal static class FileSystemImage
{
    /// <summary>Size of an image in bytes, large enough for every mkfs.</summary>
    public const long Size = 330L << 20;

    public static string Make(string path, string type)
    {
        using (var image = File.Create(path))
        {
            image.SetLength(type.StartsWith("ext", StringComparison.Ordinal) ? 32L << 20 : Size);
        }

        ExternalProgram.Run($"mkfs.{type}", ["-q", path]);
        return path;
    }

    /// <summary>Mounts an image in the ordinary way for writing.</summary>
    public static void Populate(string image, string scratch, Action<string> write)
    {
        var directory = Directory.CreateDirectory(Path.Combine(scratch, "populate")).FullName;
        using var device = new LoopDevice(image);
        ExternalProgram.Run("mount", [device.Path, directory]);
        try
        {
            write(directory);
        }
        finally
        {
            // Unmount retries, because a program that another test is just starting may hold a copy of our descriptors.
            Mount.Unmount(directory);
        }
    }

    /// <summary>Copies the image while it is mounted and a deleted file is open, so that the copy has a journal to replay and an orphan to clear.</summary>
    public static string CopyDirty(string image, string scratch)
    {
        var copy = image + ".dirty";
        Populate(image, scratch, directory =>
        {
            File.WriteAllText(Path.Combine(directory, "kept"), "kept");
            var orphan = Path.Combine(directory, "orphan");
            using var open = File.Create(orphan);
            open.Write(new byte[64 * 1024]);
            open.Flush(flushToDisk: true);
            File.Delete(orphan);
            ExternalProgram.Run("sync", ["-f", directory]);
            ExternalProgram.Run("cp", ["--sparse=always", image, copy]);
        });
        return copy;
    }

    public static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
