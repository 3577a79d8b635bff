using System.Text;
using Stiefel.Server.QrCodes;

namespace Stiefel.Server.Tests.QrCodes;

/// <summary>The laptop's QR codes, read by another program.</summary>
public sealed class QrCodeTests
{
    /// <summary>The least and the most of each version, and what lies between.</summary>
    [Fact]
    public async Task Text_OfAnyLength_IsReadByAForeignProgram()
    {
        string[] texts = [.. ((int[])[1, 17, 18, 32, 33, 45, 53, 54, 72, 78, 79, 106]).Select(length => string.Concat(Enumerable.Range(0, length).Select(i => (char)('!' + (i * (length + 7) % 90)))))];
        Assert.Equal(texts, await QrReader.ReadAsync([.. texts.Select(QrCode.Draw)]));
    }

    /// <summary>Whichever mask is best for a text, it is named right.</summary>
    [Fact]
    public async Task Text_WithEachMask_IsReadByAForeignProgram()
    {
        const string Text = "https://192.168.1.5:4645/#ABCDEFGHJKLMNPQR";
        var pictures = Enumerable.Range(0, 8).Select(mask => QrCode.Draw(QrCode.Encode(Encoding.ASCII.GetBytes(Text), mask)));
        Assert.Equal(Enumerable.Repeat(Text, 8), await QrReader.ReadAsync([.. pictures]));
    }

    [Fact]
    public void Mask_OfATextThatIsAllOneColour_IsAnother()
    {
        var text = new byte[50];
        var points = Enumerable.Range(0, 8).Select(mask => QrMask.PointsAgainst(QrCode.Encode(text, mask))).ToList();
        Assert.Equal(points.Min(), QrMask.PointsAgainst(QrCode.Encode(text)));
        Assert.True(points.Max() > points.Min());
    }

    /// <summary>The largest code leaves room for words beside it, and fits a screen of 25 rows.</summary>
    [Fact]
    public void Picture_OfTheLongestAddress_FitsTheScreen()
    {
        var rows = QrCode.Draw("https://[2001:db8:1111:2222:3333:4444:5555:6666]:4645/#ABCDEFGHJKLMNPQR");
        Assert.True(rows.Count <= 19);
        Assert.All(rows, row => Assert.Equal(37, row.Length));
    }

    [Fact]
    public void Text_ThatIsTooLong_IsRefused() => Assert.Throws<ArgumentException>(() => QrCode.Draw(new string('x', 107)));
}
