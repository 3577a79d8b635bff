using System.Text;
using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Stick;

public class UnifiedImageTests
{
    private const string Stub = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteUki_Sections_AreReadByObjdumpAndDoNotOverlap()
    {
        using var directory = new TemporaryDirectory();
        var kernel = new byte[1_234_567];
        Random.Shared.NextBytes(kernel);
        await using (var output = File.Create(directory["uki.efi"]))
        {
            UnifiedImageWriter.Write(
                await File.ReadAllBytesAsync(Stub, Token),
                [Section(".cmdline", Encoding.ASCII.GetBytes("a=b")), Section(".linux", kernel), Section(".initrd", new byte[9999])],
                output);
        }

        await ExternalProgram.RunAsync("objcopy", ["-O", "binary", "--only-section=.linux", directory["uki.efi"], directory["linux"]], token: Token);
        Assert.Equal(kernel, await File.ReadAllBytesAsync(directory["linux"], Token));
        var headers = await ExternalProgram.RunAsync("objdump", ["-h", "-w", directory["uki.efi"]], token: Token);
        var sections = headers.Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 4 && words[1].StartsWith('.'))
            .Select(words => (Begin: Convert.ToInt64(words[3], 16), End: Convert.ToInt64(words[3], 16) + Convert.ToInt64(words[2], 16)))
            .OrderBy(section => section.Begin).ToArray();
        Assert.True(sections.Length >= 8);
        Assert.All(sections.Zip(sections.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Begin));
    }

    [Fact]
    public void WriteUki_StubIsNone_SaysSo()
    {
        Assert.Throws<UnifiedImageException>(() => UnifiedImageWriter.Write(new byte[100], [], new MemoryStream()));
        var stub = File.ReadAllBytes(Stub);
        Assert.Throws<UnifiedImageException>(() => UnifiedImageWriter.Write(stub, [.. Enumerable.Range(0, 100).Select(_ => Section(".x", [1]))], new MemoryStream()));
    }

    private static UnifiedImageSection Section(string name, byte[] content) => new(name, () => new MemoryStream(content), content.Length);
}
