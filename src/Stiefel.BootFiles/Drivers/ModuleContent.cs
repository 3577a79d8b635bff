using System.IO.Compression;
using Stiefel.Linux.Files;
using Stiefel.Linux.Programs;

namespace Stiefel.BootFiles.Drivers;

/// <summary>The uncompressed content of module files, one at a time in the same memory.</summary>
internal sealed class ModuleContent : IDisposable
{
    /// <summary>Longest module; network drivers have up to 4 MB.</summary>
    public const int MaxModuleBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly MemoryStream _buffer = new();

    /// <summary>Unpacks a module to an ELF object, which is valid until the next call.</summary>
    /// <param name="file">A `.ko`, `.ko.gz`, `.ko.xz` or `.ko.zst`.</param>
    /// <param name="token">Cancels the decompression.</param>
    /// <exception cref="InvalidDataException">The file is not a module, is damaged, or is longer than <see cref="MaxModuleBytes"/>.</exception>
    /// <exception cref="ExternalProgramException">xz or zstd is not installed, or takes too long.</exception>
    public async Task<Stream> ReadAsync(ConfinedFile file, CancellationToken token)
    {
        _buffer.SetLength(0);
        await using var source = new FileStream(file.Handle, FileAccess.Read, bufferSize: 0);
        var limited = new LimitedStream(_buffer, MaxModuleBytes, file.Path);
        switch (Path.GetExtension(file.Path))
        {
            case ".gz":
                await using (var gzip = new GZipStream(source, CompressionMode.Decompress))
                {
                    await gzip.CopyToAsync(limited, token);
                }

                break;
            case ".xz":
                await DecompressAsync("xz", file.Path, source, limited, token);
                break;
            case ".zst":
                await DecompressAsync("zstd", file.Path, source, limited, token);
                break;
            default:
                await source.CopyToAsync(limited, token);
                break;
        }

        _buffer.Position = 0;
        return _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length).StartsWith("\u007fELF"u8)
            ? _buffer
            : throw new InvalidDataException($"{file.Path}: is not a kernel module");
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static async Task DecompressAsync(string program, string path, Stream source, Stream destination, CancellationToken token)
    {
        var options = new ExternalProgramOptions { Input = source, OutputDestination = destination, Timeout = s_patience };
        try
        {
            await ExternalProgram.RunAsync(program, ["-dc"], options, token);
        }
        catch (ExternalProgramException error) when (error.ExitCode is not null)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }
}
