using System.Text;
using System.Text.RegularExpressions;
using Stiefel.EndToEnd.Packages;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Keeps what machines show in artifacts/pictures, for people to look at, and reads it for tests.</summary>
internal static partial class ConsolePictures
{
    private const int Columns = 80, Rows = 24;

    // The height of a row of the kernel's usual font.
    private const int FontHeight = 16;

    private static string Directory { get; } = System.IO.Directory.CreateDirectory(Path.Combine(BuiltPackage.Checkout, "artifacts", "pictures")).FullName;

    /// <summary>The path of a saved picture.</summary>
    public static string PathOf(string name) => Path.Combine(Directory, name + ".png");

    /// <summary>Saves a picture of a machine's screen; returns the number of its text rows in which something is lit.</summary>
    public static async Task<int> SaveAsync(VirtualMachine machine, string name, CancellationToken token)
    {
        await machine.ScreenshotAsync(PathOf(name), token);
        return await LitRowsAsync(machine, token);
    }

    /// <summary>The number of text rows of a machine's screen in which something is lit.</summary>
    public static async Task<int> LitRowsAsync(VirtualMachine machine, CancellationToken token)
    {
        var file = Path.Combine(machine.Options.RunDirectory, machine.Name + ".ppm");
        await machine.ScreenshotAsync(file, token);
        return LitRows(await File.ReadAllBytesAsync(file, token));
    }

    /// <summary>Saves the last 24 rows of a serial console as a terminal of 80 columns shows them.</summary>
    public static Task SaveAsync(SerialConsole console, string name, CancellationToken token) => File.WriteAllLinesAsync(
        Path.Combine(Directory, name + ".txt"), console.Tail.SelectMany(line => line.Length == 0 ? [""] : line.Chunk(Columns).Select(row => new string(row))).TakeLast(Rows), token);

    /// <summary>Saves rows of text.</summary>
    public static Task SaveAsync(IEnumerable<string> rows, string name, CancellationToken token) => File.WriteAllLinesAsync(Path.Combine(Directory, name + ".txt"), rows, token);

    /// <summary>Reads the rows of a laptop's first screen by a shell in its ramdisk (man 4 vcs), again and again until one contains the text.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(ConsoleShell shell, string expected, CancellationToken token)
    {
        var deadline = new Deadline(TimeLimits.Command);
        while (true)
        {
            var columns = int.Parse((await shell.RunAsync("stty -F /dev/tty1 size", token)).Split(' ')[1]);
            IReadOnlyList<string> rows = [.. (await shell.RunAsync("cat /dev/vcs1; echo", token)).Chunk(columns).Select(row => new string(row).TrimEnd())];
            if (rows.Any(row => row.Contains(expected, StringComparison.Ordinal)))
            {
                return rows;
            }

            Assert.True(deadline.Left > TimeSpan.Zero, $"`{expected}` did not appear:\n{string.Join('\n', rows)}");
            await Task.Delay(300, token);
        }
    }

    /// <summary>The same of a picture in the format PPM with three bytes for each point (man 5 ppm), as QEMU writes it.</summary>
    internal static int LitRows(byte[] picture)
    {
        var header = Header().Match(Encoding.Latin1.GetString(picture, 0, Math.Min(picture.Length, 64)));
        Assert.True(header.Success, "the picture is no PPM");
        var width = int.Parse(header.Groups[1].Value) * 3;
        return picture.Skip(header.Length).Chunk(width * FontHeight).Count(row => row.Any(part => part > 64));
    }

    [GeneratedRegex(@"\AP6\s+(\d+)\s+\d+\s+255\s")]
    private static partial Regex Header();
}
