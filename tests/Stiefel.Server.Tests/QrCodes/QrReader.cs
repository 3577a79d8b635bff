using System.Diagnostics;
using System.Text;

namespace Stiefel.Server.Tests.QrCodes;

/// <summary>Debian's zbarimg, a foreign reader of QR codes.</summary>
internal static class QrReader
{
    private const int PixelsOfModule = 6;

    /// <summary>The texts that it reads in pictures made of a terminal's letters, in their order.</summary>
    public static async Task<string[]> ReadAsync(params IReadOnlyList<string>[] pictures)
    {
        var directory = Directory.CreateTempSubdirectory("stiefel-qr");
        try
        {
            var files = pictures.Select((picture, index) => Write(Path.Combine(directory.FullName, $"{index}.pgm"), picture)).ToList();
            using var reader = Process.Start(new ProcessStartInfo("zbarimg", ["--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", .. files]) { RedirectStandardOutput = true })!;
            var text = await reader.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await reader.WaitForExitAsync(TestContext.Current.CancellationToken);
            return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Letters to pixels: dark around, as a screen is.</summary>
    private static string Write(string file, IReadOnlyList<string> picture)
    {
        const int Around = 4;
        var (width, height) = (picture[0].Length + (2 * Around), (picture.Count * 2) + (2 * Around));
        using var pixels = new MemoryStream();
        pixels.Write(Encoding.ASCII.GetBytes($"P5 {width * PixelsOfModule} {height * PixelsOfModule} 255\n"));
        for (var y = 0; y < height * PixelsOfModule; y++)
        {
            for (var x = 0; x < width * PixelsOfModule; x++)
            {
                pixels.WriteByte(IsLight(picture, (x / PixelsOfModule) - Around, (y / PixelsOfModule) - Around) ? (byte)255 : (byte)0);
            }
        }

        File.WriteAllBytes(file, pixels.ToArray());
        return file;
    }

    private static bool IsLight(IReadOnlyList<string> picture, int x, int y) =>
        x >= 0 && y >= 0 && x < picture[0].Length && y < picture.Count * 2 && (picture[y / 2][x] is '█' || picture[y / 2][x] == (y % 2 == 0 ? '▀' : '▄'));
}
