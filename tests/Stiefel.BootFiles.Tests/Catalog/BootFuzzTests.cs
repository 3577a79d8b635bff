using CsCheck;
using Stiefel.BootFiles.Tests.Catalog.Images;
using Stiefel.Linux.Tests;
using Xunit;

namespace Stiefel.BootFiles.Tests.Catalog;

/// <summary>For any bytes, the result is an entry whose files are in the tree, or a clear refusal.</summary>
public class BootFuzzTests
{
    private const int Usual = 1500;

    [Fact]
    public void Grub_RandomScripts_AreHandled()
    {
        var piece = Gen.OneOf(
            "menuentry ", "submenu ", "if ", "then\n", "else ", "elif ", "fi\n", "for ", "in ", "do ", "done\n", "while ", "until ", "function ", "{ ", "}\n",
            "[ ", "] ", "-a ", "-o ", "! ", "( ", ") ", "set ", "default=", "1>2 ", "linux ", "/vmlinuz ", "initrd ", "/initrd ", "a ", "$a", "${a} ", "\"", "'", "\\", ";", "\n",
            "source ", "$prefix/grub.cfg ", "load_env ", "return ", "#", "= ", "--id ", "x");
        Fuzz("grub/grub.cfg", Gen.Select(piece.Array[0, 40], Noise()).Select((pieces, noise) => string.Concat(pieces) + noise));
    }

    [Fact]
    public void Grub_MutatedRealScript_IsHandled() => FuzzMutations("ubuntu-grub", "boot/grub/grub.cfg", "boot/vmlinuz-6.8.0-41-generic", "boot/initrd.img-6.8.0-41-generic");

    [Fact]
    public void LoaderEntries_RandomEntries_AreHandled()
    {
        var piece = Gen.OneOf("linux ", "initrd ", "options ", "title ", "version ", "sort-key ", "efi ", "uki ", "architecture x64", "/vmlinuz", "/initrd", "\n", " ", "\t", "#", "$a ", "${", "~1.0");
        Fuzz("loader/entries/a+1-2.conf", Gen.Select(piece.Array[0, 20], Noise()).Select((pieces, noise) => string.Concat(pieces) + noise));
    }

    [Fact]
    public void LoaderConfiguration_RandomBytes_AreHandled()
        => Fuzz("loader/loader.conf", Gen.Select(Gen.OneOf("default ", "default\t*", "default [", "default @saved", "\n", "default a?*"), Noise()).Select((start, noise) => start + noise));

    [Fact]
    public void Syslinux_RandomConfigurations_AreHandled()
    {
        var piece = Gen.OneOf("LABEL ", "LINUX ", "KERNEL ", "APPEND ", "INITRD ", "INCLUDE ", "MENU ", "DEFAULT ", "initrd=", "/vmlinuz", "/initrd", "syslinux.cfg", "\n", " ", ",", "-", "a", "^");
        Fuzz("syslinux/syslinux.cfg", Gen.Select(piece.Array[0, 40], Noise()).Select((pieces, noise) => string.Concat(pieces) + noise));
    }

    [Fact]
    public void StiefelSystemJson_RandomText_IsHandled()
    {
        var piece = Gen.OneOf("{", "}", "[", "]", "\"kernel\"", ":", ",", "\"/vmlinuz\"", "\"initrd\"", "\"cmdline\"", "null", "1", "\"\\ud800\"", "\\", "\"", "//");
        Fuzz("stiefelsystem.json", piece.Array[0, 20].Select(string.Concat));
    }

    [Fact]
    public void UnifiedImage_MutatedBytes_AreHandled()
    {
        var image = UnifiedImageBuilder.Typical("6.9.1");
        Gen<(int At, byte Value)[]> changes = Gen.Select(Gen.OneOf(Gen.Int[0, 0x2ff], Gen.Int[0, image.Length - 1]), Gen.Byte).Array[1, 8];
        using var boot = new BootFixture();
        Gen.Select(changes, Gen.Int[0, image.Length]).Sample(
            (places, length) =>
            {
                byte[] mutated = [.. image];
                Array.ForEach(places, place => mutated[place.At] = place.Value);
                boot.Write("EFI/Linux/a.efi", length % 4 == 0 ? mutated[..length] : mutated);
                boot.AssertInside();
            },
            iter: Linux.Tests.Fuzz.Count(Usual),
            threads: 1);
    }

    private static Gen<string> Noise() => Gen.String[Gen.Char, 0, 20];

    private static void Fuzz(string path, Gen<string> text)
    {
        using var boot = new BootFixture();
        boot.Kernel("vmlinuz").Initrd("initrd").Text("loader/entries/other.conf", "linux /absent\n");
        text.Sample(
            content =>
            {
                boot.Text(path, content);
                boot.AssertInside();
            },
            iter: Linux.Tests.Fuzz.Count(Usual),
            threads: 1);
    }

    private static void FuzzMutations(string fixture, string path, string kernel, string initrd)
    {
        using var boot = new BootFixture(fixture);
        boot.Kernel(kernel).Initrd(initrd);
        var original = File.ReadAllBytes(Path.Combine(boot.Path, path));
        var value = Gen.OneOf(Gen.OneOf("{}[]$'\"\\;\n #=!()"u8.ToArray()), Gen.Byte);
        Gen.Select(Gen.Int[0, original.Length - 1], value).Array[1, 10].Sample(
            places =>
            {
                byte[] mutated = [.. original];
                Array.ForEach(places, place => mutated[place.Item1] = place.Item2);
                boot.Write(path, mutated);
                boot.AssertInside();
            },
            iter: Linux.Tests.Fuzz.Count(Usual / 5),
            threads: 1);
    }
}
